import { planOf } from './plan.js';
import { play } from './world.js';
import { check } from './check.js';
import { printTrace } from './trace.js';
const seed=Number(process.argv[2]);
if (seed) { const p=await play(planOf(seed)); console.log(JSON.stringify(p.plan)); console.log(printTrace(p.trace,p.start)); console.log(p.leftovers,p.events, check(p)); }
else { const t=performance.now(); let ev=0; const N=Number(process.env.N??1000); const by:any={}; for (let i=1;i<=N;i++){ const p=await play(planOf(i)); ev+=p.events; for (const v of check(p)) (by[v.kind]??=[]).push(i); } console.log((performance.now()-t)/N,'ms/seed', ev/N,'events'); for (const k in by) console.log(k, by[k].length, by[k].slice(0,12).join(' ')); }
