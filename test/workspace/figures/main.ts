/** `npm run figures`: every published figure with all of its days, as the table of docs/simulation.md. About five minutes. */
import { agrees, PUBLISHED } from './published.js';

const only = process.argv.slice(2);
let missed = 0;
console.log('| id | figure | published | simulated | 95 % interval | |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const model of PUBLISHED) {
  if (only.length > 0 && !only.includes(model.id)) continue;
  const run = model.run(model.days);
  for (const figure of model.figures) {
    const measured = figure.measure(run);
    const { value, interval } = measured;
    const inside = agrees(figure, measured);
    if (!inside) missed += 1;
    const published = `${figure.published}${figure.plusMinus === undefined ? '' : ` ± ${figure.plusMinus}`}`;
    const between = interval === undefined ? '' : interval.map(digits).join(' to ');
    console.log(
      `| ${model.id} | ${figure.name} | ${published} | ${digits(value)} | ${between} | ${inside ? 'inside' : 'OUTSIDE'} |`,
    );
  }
}
process.exitCode = missed === 0 ? 0 : 1;

function digits(value: number): string {
  return value >= 100 ? value.toFixed(1) : value >= 10 ? value.toFixed(2) : value.toFixed(4);
}
