// VS Code gives its extension host a minute to start, whatever the machine: on a busy one that may be too short, and
// the window goes on without it. A person would open the window again; so do the tests.

/** What VS Code writes to the window's console then. */
export const HOST_IS_LATE = 'The remote extension host took longer than';
/** How often a window is opened before that is taken for a fault. */
export const OPENINGS = 5;
