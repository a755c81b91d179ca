// Puts the code of examples/ into the pages that show it: each block after a line <!-- examples/NAME --> becomes that
// file. Usage: node scripts/update-docs.js
import { readFileSync, writeFileSync } from 'node:fs';

for (const page of ['README.md', 'docs/recipes.md', 'docs/workspace.md']) {
  const file = new URL(`../${page}`, import.meta.url);
  const text = readFileSync(file, 'utf8');
  const written = text.replace(/<!-- (examples\/\S+) -->\n```ts\n[\s\S]*?```/g, (_block, source) => {
    const code = readFileSync(new URL(`../${source}`, import.meta.url), 'utf8');
    return `<!-- ${source} -->\n\`\`\`ts\n${code}\`\`\``;
  });
  if (written !== text) writeFileSync(file, written);
}
