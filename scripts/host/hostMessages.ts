// Messages about the extension host that VS Code writes only to the window's console, and one of the suite.

/**
 * VS Code gives its extension host one minute to start. On a busy machine this may be too short, and the window
 * continues without it. The tests then open the window again, as a person would.
 */
export const HOST_IS_LATE = 'The remote extension host took longer than';
/** The number of times that the tests open a window before they fail. */
export const OPENINGS = 5;

/**
 * The host ended unexpectedly. VS Code starts another one and shows this only in the status bar, for five seconds. Any
 * open question and running command are lost.
 */
export const HOST_HAS_ENDED = 'terminated unexpectedly';

/** Printed by the suite if a window opened without the folders of its workspace file, because VS Code read it late. */
export const NO_FOLDER = 'The window has no folder.';
