/** The controllers of a Kubernetes cluster. */
export type { Controller, ControllerContext } from './controller-context.ts';
export { CONTROLLERS, type ControllerRow, type ControllerWorld } from './controller-table.ts';
export { type SchedulerOptions, startScheduler } from './scheduler/scheduler.ts';
export { type StartControllersOptions, startControllers } from './start-controllers.ts';
