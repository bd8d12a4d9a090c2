// The manifest of this folder is the extension's, which depends on the keychain: a package of it would have everybody
// who installs it download and compile that.

console.error('Use "npm run pack": it makes the package without what only the extension needs.');
process.exitCode = 1;
