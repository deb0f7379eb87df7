/** Recorded exchanges with a real Kubernetes, as they stand in `fixtures/conformance`. */
import { readdirSync, readFileSync } from 'node:fs';

/** A request as it was sent. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A request and what a real API server answered. */
export interface Exchange {
  readonly title: string;
  readonly request: RecordedRequest;
  readonly response?: { readonly status: number; readonly body?: unknown; readonly events?: readonly RecordedEvent[] };
  /** What was done while the watch was open, and how many events were waited for. */
  readonly watch?: { readonly events?: number; readonly during?: readonly RecordedRequest[] };
  /** The answer was waited for: controllers had to act first. */
  readonly eventually?: boolean;
}

/** An event of a recorded watch. */
export interface RecordedEvent {
  readonly type: string;
  readonly object: unknown;
}

const FOLDER = 'fixtures/conformance';

/** The names of the scenarios, in the order in which they were recorded: one after another, on one server. */
export const scenarioNames = (): string[] =>
  readdirSync(FOLDER)
    .filter((name) => /^\d\d-.*\.json$/.test(name))
    .map((name) => name.replace('.json', ''))
    .sort();

/** The steps of a scenario. */
export const readScenario = (name: string): Exchange[] => JSON.parse(readFileSync(`${FOLDER}/${name}.json`, 'utf8'));

/** How many steps of each scenario match at least. */
export const readFloor = (): Record<string, number> => JSON.parse(readFileSync(`${FOLDER}/floor.json`, 'utf8'));
