// Draws docs/dev.svg, the picture in the README, from a real run of `dev`. Usage: node scripts/dev-picture.js
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const MOST_LINES = 34;
const MOST_COLUMNS = 96;
const LINE_HEIGHT = 17;
const CHARACTER_WIDTH = 7.83;

/** What is drawn in a colour of its own: the first rule that fits a line. */
const COLOURS = [
  [/^\s*!/, '#e5c07b'],
  [/ rejected | timeout /, '#e06c75'],
  [/ accepted /, '#98c379'],
  [/ callback /, '#61afef'],
  [/^taskrouter/, '#ffffff'],
];

const root = fileURLToPath(new URL('..', import.meta.url));
const tsx = createRequire(import.meta.url).resolve('tsx/cli');
const { status, stdout, stderr } = spawnSync(process.execPath, [tsx, 'src/cli/main.ts', 'dev', '--once'], {
  cwd: root,
  encoding: 'utf8',
  timeout: 120_000,
});
if (status !== 0) throw new Error(`dev --once failed: ${stderr}`);

const printed = ['$ npm run dev', ...stdout.trimEnd().split('\n')];
const lines = printed.slice(0, MOST_LINES).map((line) => line.trimEnd().slice(0, MOST_COLUMNS));
const width = Math.ceil(MOST_COLUMNS * CHARACTER_WIDTH) + 32;
const height = lines.length * LINE_HEIGHT + 36;
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const drawn = lines.map((line, index) => {
  const colour = COLOURS.find(([pattern]) => pattern.test(line))?.[1];
  const fill = colour === undefined ? '' : ` fill="${colour}"`;
  return `<text x="16" y="${28 + index * LINE_HEIGHT}"${fill}>${escaped(line)}</text>`;
});

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Output of npm run dev: tasks on their way through a local TaskRouter">
<rect width="100%" height="100%" rx="8" fill="#1e2127"/>
<g xml:space="preserve" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="13" fill="#abb2bf">
${drawn.join('\n')}
</g>
</svg>
`;
writeFileSync(new URL('../docs/dev.svg', import.meta.url), svg);
console.log(`docs/dev.svg: ${lines.length} lines, ${svg.length} bytes`);
