/** Rules that hold for containers of every kind. */
import { dns1123LabelErrors, duplicate, invalidValue, notSupported, required, tooMany } from '@towtank/apimachinery';
import {
  checkChoice,
  checkGiven,
  checkName,
  checkPort,
  checkRequiredName,
  checkSupported,
  type Errors,
  type Fields,
  portNameErrors,
} from '../validation/field-rules.ts';
import { checkResources } from '../validation/resource-rules.ts';
import { checkEnv, checkEnvFrom } from './env-rules.ts';
import { checkDevices, checkMounts } from './mount-rules.ts';
import { checkSecurityContext } from './security-context-rules.ts';
import type { Volumes } from './volume-rules.ts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError'];
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const RESIZED = ['cpu', 'memory'];
const RESIZE_POLICIES = ['NotRequired', 'RestartContainer'];
const RESTART_POLICIES = ['Always', 'Never', 'OnFailure'];

const MAX_RESTART_RULES = 20;
const MAX_EXIT_CODES = 255;

/** What containers of one pod share. */
export interface PodContext {
  readonly spec: Fields;
  readonly volumes: Volumes;
  /** Names of the pod's resource claims. */
  readonly claims: readonly string[];
}

/** A container, whichever list it stands in. */
export function checkContainer(errors: Errors, field: string, container: Fields, pod: PodContext): void {
  checkRequiredName(errors, `${field}.name`, container.name, dns1123LabelErrors);
  checkGiven(errors, `${field}.image`, container.image);
  checkChoice(errors, `${field}.terminationMessagePolicy`, container.terminationMessagePolicy, MESSAGE_POLICIES);
  if (container.ports !== undefined) checkPorts(errors, `${field}.ports`, container.ports);
  if (container.env !== undefined) checkEnv(errors, `${field}.env`, container.env);
  if (container.envFrom !== undefined) checkEnvFrom(errors, `${field}.envFrom`, container.envFrom);
  if (container.volumeMounts !== undefined) checkMounts(errors, `${field}.volumeMounts`, container, pod.volumes);
  if (container.volumeDevices !== undefined) checkDevices(errors, `${field}.volumeDevices`, container, pod.volumes);
  checkChoice(errors, `${field}.imagePullPolicy`, container.imagePullPolicy, PULL_POLICIES);
  checkResources(errors, `${field}.resources`, container.resources, pod.claims);
  if (container.resizePolicy !== undefined)
    checkResizePolicy(errors, `${field}.resizePolicy`, container.resizePolicy, pod.spec.restartPolicy);
  if (container.securityContext !== undefined)
    checkSecurityContext(errors, `${field}.securityContext`, container.securityContext, pod.spec.hostUsers !== false);
}

function checkPorts(errors: Errors, field: string, ports: readonly Fields[]): void {
  const names = new Set<string>();
  for (const [index, { name = '', containerPort = 0, hostPort = 0, protocol }] of ports.entries()) {
    const at = `${field}[${index}]`;
    if (name !== '') {
      const before = errors.length;
      checkName(errors, `${at}.name`, name, portNameErrors);
      if (errors.length === before && names.has(name)) errors.push(duplicate(`${at}.name`, name));
      names.add(name);
    }
    if (containerPort === 0) errors.push(required(`${at}.containerPort`));
    else checkPort(errors, `${at}.containerPort`, containerPort);
    if (hostPort !== 0) checkPort(errors, `${at}.hostPort`, hostPort);
    checkChoice(errors, `${at}.protocol`, protocol, PROTOCOLS);
  }
}

function checkResizePolicy(errors: Errors, field: string, policies: readonly Fields[], restart: string): void {
  const seen = new Set<string>();
  for (const [index, { resourceName = '', restartPolicy = '' }] of policies.entries()) {
    if (seen.has(resourceName)) errors.push(duplicate(`${field}[${index}]`, resourceName));
    seen.add(resourceName);
    checkChoice(errors, field, resourceName, RESIZED);
    checkChoice(errors, field, restartPolicy, RESIZE_POLICIES);
    if (restart === 'Never' && restartPolicy !== 'NotRequired')
      errors.push(invalidValue(field, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'"));
  }
}

/** `restartPolicy` of a single container, and its rules by exit code. */
export function checkContainerRestart(errors: Errors, field: string, container: Fields): void {
  const { restartPolicy, restartPolicyRules = [] } = container;
  if (restartPolicy !== undefined && !RESTART_POLICIES.includes(restartPolicy))
    errors.push(notSupported(`${field}.restartPolicy`, restartPolicy, RESTART_POLICIES));
  if (restartPolicyRules.length === 0) return;
  if (restartPolicy === undefined)
    errors.push(required(`${field}.restartPolicy`, 'must specify restartPolicy when restart rules are used'));
  if (restartPolicyRules.length > MAX_RESTART_RULES)
    errors.push(tooMany(`${field}.restartPolicyRules`, restartPolicyRules.length, MAX_RESTART_RULES));
  for (const [index, { action = '', exitCodes }] of restartPolicyRules.entries()) {
    const at = `${field}.restartPolicyRules[${index}]`;
    checkSupported(errors, `${at}.action`, action, ['Restart', 'RestartAllContainers']);
    if (exitCodes === undefined) errors.push(required(`${at}.exitCodes`, 'must be specified'));
    else checkExitCodes(errors, `${at}.exitCodes`, exitCodes);
  }
}

function checkExitCodes(errors: Errors, field: string, { operator = '', values = [] }: Fields): void {
  checkSupported(errors, `${field}.operator`, operator, ['In', 'NotIn']);
  if (values.length > MAX_EXIT_CODES) errors.push(tooMany(`${field}.values`, values.length, MAX_EXIT_CODES));
}

/** No two ports of these containers want the same port of the node. */
export function checkHostPorts(errors: Errors, field: string, containers: readonly Fields[]): void {
  const taken = new Set<string>();
  for (const [index, { ports }] of containers.entries())
    for (const [position, port] of (ports ?? []).entries()) {
      if (!port.hostPort) continue;
      const key = `${port.protocol}/${port.hostIP ?? ''}/${port.hostPort}`;
      if (taken.has(key)) errors.push(duplicate(`${field}[${index}].ports[${position}].hostPort`, key));
      taken.add(key);
    }
}

/** Names of images have no blanks around them; templates may have. */
export function checkImageBlanks(errors: Errors, field: string, containers: readonly Fields[]): void {
  for (const [index, { image = '' }] of containers.entries())
    if (image !== image.trim())
      errors.push(invalidValue(`${field}[${index}].image`, image, 'must not have leading or trailing whitespace'));
}
