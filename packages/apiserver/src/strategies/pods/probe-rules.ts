/** Rules for what the kubelet calls: probes and lifecycle hooks. */
import { forbiddenField, invalidValue, notSupported, required } from '@towtank/apimachinery';
import {
  checkGiven,
  checkNoneNegative,
  checkPort,
  checkPortOrName,
  checkSupported,
  type Errors,
  type Fields,
} from '../validation/field-rules.ts';

const COUNTS = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'];
const BAD_HEADER =
  "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";

type Action = (errors: Errors, field: string, value: Fields, graceSeconds: number | undefined) => void;

const exec: Action = (errors, field, { command = [] }) => {
  if (command.length === 0) errors.push(required(`${field}.command`));
};

const httpGet: Action = (errors, field, { path, port, scheme = '', httpHeaders = [] }) => {
  checkGiven(errors, `${field}.path`, path);
  checkPortOrName(errors, `${field}.port`, port);
  if (scheme !== 'HTTP' && scheme !== 'HTTPS') errors.push(notSupported(`${field}.scheme`, scheme, ['HTTP', 'HTTPS']));
  for (const { name = '' } of httpHeaders)
    if (!/^[-A-Za-z0-9]+$/.test(name)) errors.push(invalidValue(`${field}.httpHeaders`, name, BAD_HEADER));
};

const tcpSocket: Action = (errors, field, { port }) => checkPortOrName(errors, `${field}.port`, port);

const grpc: Action = (errors, field, { port }) => checkPort(errors, `${field}.port`, port);

const sleep: Action = (errors, field, { seconds = 0 }, graceSeconds) => {
  if (graceSeconds !== undefined && (seconds < 0 || seconds > graceSeconds))
    errors.push(
      invalidValue(
        field,
        seconds,
        `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`,
      ),
    );
};

const PROBE_ACTIONS: readonly (readonly [string, Action])[] = Object.entries({ exec, httpGet, tcpSocket, grpc });
const HOOK_ACTIONS: readonly (readonly [string, Action])[] = Object.entries({ exec, httpGet, tcpSocket, sleep });

function checkHandler(
  errors: Errors,
  field: string,
  handler: Fields,
  actions: readonly (readonly [string, Action])[],
  graceSeconds: number | undefined,
): void {
  let found = false;
  for (const [name, check] of actions) {
    const value = handler[name];
    if (value === undefined) continue;
    if (found) errors.push(forbiddenField(`${field}.${name}`, 'may not specify more than 1 handler type'));
    else check(errors, `${field}.${name}`, value, graceSeconds);
    found = true;
  }
  if (!found) errors.push(required(field, 'must specify a handler type'));
}

const NAMED_SIGNALS =
  'SIGABRT SIGALRM SIGBUS SIGCHLD SIGCLD SIGCONT SIGFPE SIGHUP SIGILL SIGINT SIGIO SIGIOT SIGKILL SIGPIPE SIGPOLL SIGPROF SIGPWR SIGQUIT SIGRTMAX SIGRTMIN SIGSEGV SIGSTKFLT SIGSTOP SIGSYS SIGTERM SIGTRAP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGUSR1 SIGUSR2 SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ';
const numbered = (start: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${start}${index + 1}`);
/** By operating system. */
const SIGNALS: Readonly<Record<string, readonly string[]>> = {
  linux: [...NAMED_SIGNALS.split(' '), ...numbered('SIGRTMAX-', 14), ...numbered('SIGRTMIN+', 15)].sort(),
  windows: ['SIGKILL', 'SIGTERM'],
};

/** `lifecycle` of a container, in a pod of this spec. */
export function checkLifecycle(errors: Errors, field: string, lifecycle: Fields, spec: Fields): void {
  if (lifecycle === undefined) return;
  for (const hook of ['postStart', 'preStop'])
    if (lifecycle[hook] !== undefined)
      checkHandler(errors, `${field}.${hook}`, lifecycle[hook], HOOK_ACTIONS, spec.terminationGracePeriodSeconds);
  if (lifecycle.stopSignal === undefined) return;
  if (spec.os === undefined)
    errors.push(forbiddenField(`${field}.stopSignal`, 'may not be set for containers with empty `spec.os.name`'));
  else
    checkSupported(
      errors,
      `${field}.stopSignal`,
      lifecycle.stopSignal,
      SIGNALS[spec.os.name] ?? [lifecycle.stopSignal],
    );
}

/** The three probes of a container. */
export function checkProbes(errors: Errors, field: string, container: Fields): void {
  const { livenessProbe, readinessProbe, startupProbe } = container;
  if (livenessProbe !== undefined) {
    checkProbe(errors, `${field}.livenessProbe`, livenessProbe);
    checkSingleSuccess(errors, `${field}.livenessProbe`, livenessProbe);
  }
  if (readinessProbe !== undefined) {
    checkProbe(errors, `${field}.readinessProbe`, readinessProbe);
    const grace = readinessProbe.terminationGracePeriodSeconds;
    if (grace !== undefined)
      errors.push(
        invalidValue(
          `${field}.readinessProbe.terminationGracePeriodSeconds`,
          grace,
          'must not be set for readinessProbes',
        ),
      );
  }
  if (startupProbe !== undefined) {
    checkProbe(errors, `${field}.startupProbe`, startupProbe);
    checkSingleSuccess(errors, `${field}.startupProbe`, startupProbe);
  }
}

function checkProbe(errors: Errors, field: string, probe: Fields): void {
  checkHandler(errors, field, probe, PROBE_ACTIONS, undefined);
  checkNoneNegative(errors, field, probe, COUNTS);
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0)
    errors.push(invalidValue(`${field}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'));
}

function checkSingleSuccess(errors: Errors, field: string, { successThreshold = 0 }: Fields): void {
  if (successThreshold !== 1) errors.push(invalidValue(`${field}.successThreshold`, successThreshold, 'must be 1'));
}
