import { loadSimulation } from './bundle.js';
import { PLANTED_BUGS } from './planted-bugs.js';
let t=performance.now();
const pure=await loadSimulation(); console.log('build', performance.now()-t); t=performance.now();
const N=Number(process.env.N??1000);
const base=await pure.runSeeds(pure.range(1,N)); console.log((performance.now()-t)/N,'ms/seed');
const by:any={}; for (const f of base.found) (by[f.kind]??=new Set()).add(f.seed); for (const k in by) console.log(k, by[k].size, [...by[k]].slice(0,40).join(' '));
const known=new Set(base.found.map(f=>f.seed+f.kind));
for (const bug of PLANTED_BUGS) { if (process.argv[2] && !bug.name.includes(process.argv[2])) continue; t=performance.now(); const sim=await loadSimulation([bug]); const r=await sim.runSeeds(sim.range(1,N), (f)=>f.some(x=>!known.has(x.seed+x.kind))); const f=r.found.find(x=>!known.has(x.seed+x.kind)); console.log(bug.name,'->', f?`${f.kind} seed ${f.seed}`:'NOT FOUND', Math.round(performance.now()-t)+'ms'); }
