// What VS Code writes to the window's console about its extension host, and nowhere else.

/**
 * VS Code gives its extension host a minute to start, whatever the machine: on a busy one that may be too short, and
 * the window goes on without it. A person would open the window again; so do the tests.
 */
export const HOST_IS_LATE = 'The remote extension host took longer than';
/** How often a window is opened before that is taken for a fault. */
export const OPENINGS = 5;

/**
 * The host has ended by itself. VS Code starts another one and says so for five seconds, in the status bar alone:
 * whatever the window asked or was doing is gone.
 */
export const HOST_HAS_ENDED = 'terminated unexpectedly';

/** Printed by the suite where a window came up without the folders of its workspace file, which VS Code reads late. */
export const NO_FOLDER = 'The window has no folder.';
