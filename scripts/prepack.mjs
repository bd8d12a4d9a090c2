// The manifest of this folder is the extension's, which depends on the keychain: a package of it would have everybody
// who installs it download and compile that.

// npm also runs this before the script "pack", which makes the right package: "run" there, "run-script" before npm 11.
if (!/^run(-script)?$/.test(process.env.npm_command ?? '')) {
  console.error('Use "npm run pack": it makes the package without what only the extension needs.');
  process.exitCode = 1;
}
