const { src, dest, parallel } = require('gulp');

// `encoding: false` keeps binary icons as they are (gulp 5 decodes to UTF-8 otherwise).
const copy = (glob, base) => () =>
  src(glob, { base, encoding: false, allowEmpty: true }).pipe(dest('dist'));

const icons = copy(['nodes/**/*.{svg,png}', 'credentials/**/*.{svg,png}'], '.');
const codex = copy(['nodes/**/*.node.json', 'nodes/**/__schema__/**/*.json'], '.');

exports.assets = parallel(icons, codex);
