// Prevents `npm pack` in this folder: this manifest is the extension's, which depends on keytar, and everyone who
// installs the package would have to download and compile that.

// npm also runs this before the script "pack", which creates the right package. Then the command is "run", or
// "run-script" before npm 11.
if (!/^run(-script)?$/.test(process.env.npm_command ?? '')) {
  console.error('Use "npm run pack": it makes the package without what only the extension needs.');
  process.exitCode = 1;
}
