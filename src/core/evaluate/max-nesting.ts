/** Maximum depth of nested blocks, a partial counting as two: each takes some of the engine's stack. */
export const MAX_NESTING = 600;
