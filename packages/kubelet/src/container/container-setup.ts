/** What a container is given when it starts: variables and files. */
import { resolveEnvironment } from '../pod/environment.ts';
import type { Container } from '../pod/pod.ts';
import { volumeFiles } from '../pod/volume-files.ts';
import type { ExecWorld } from './exec-command.ts';
import type { PodWorld } from './pod-world.ts';

/** Resolves variables and files. Rejects with ConfigError where something is missing that has to be there. */
export async function setUpContainer(world: PodWorld, container: Container): Promise<ExecWorld> {
  const { pod, where, config } = world;
  const { namespace = '', name = '' } = pod.metadata;
  const read = (kind: 'configmap' | 'secret', object: string): ReturnType<typeof config.read> =>
    config.read(kind, namespace, object);
  const options = { pod, container, where, read };
  const env = await resolveEnvironment({ ...options, services: world.serviceVariables() });
  const files = await volumeFiles(options);
  const hostname = pod.spec.hostname ?? name;
  const own: Readonly<Record<string, string>> = {
    '/etc/hostname': `${hostname}\n`,
    '/etc/resolv.conf': world.resolvConf,
  };
  return {
    env,
    hostname,
    readFile(path) {
      const data = files.get(path);
      return data === undefined ? own[path] : Buffer.from(data).toString('utf8');
    },
  };
}
