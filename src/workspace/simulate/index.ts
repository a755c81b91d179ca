/** Simulation of whole days: what a plan and a workspace file come to. */
export { FileError } from '../checked-file/checked-file.js';
export type { Choices } from './day/centre.js';
export type { Interval } from './figures/confidence.js';
export type { QueueFigures, StaffFigures } from './figures/figures.js';
export { type HtmlParts, reportHtml } from './report/html/page.js';
export { figuresOf, type SimulationFigures, type SimulationReport } from './report/report.js';
export { compareText, type Origin, reportText } from './report/text.js';
export type { Run } from './run.js';
export { type SimulateOptions, type Simulation, simulate } from './simulate.js';
