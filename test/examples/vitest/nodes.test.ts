/**
 * How a suite in Vitest replays what was recorded of a cluster: each test has a cassette of its own in `cassettes`.
 * `TOWTANK_MODE=record KUBECONFIG=… vitest run` records anew.
 */
import { useCassettes } from 'towtank';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const { CASSETTES: folder = 'cassettes', KUBECONFIG: upstream } = process.env;

describe('the cluster', () => {
  const cassette = useCassettes({ beforeEach, afterEach }, { folder, upstream });
  const get = async (path: string) => (await fetch(cassette.url + path)).json();

  it('has a node', async () => {
    const { items } = (await get('/api/v1/nodes')) as { items: readonly { kind: string }[] };
    expect(items.length).toBeGreaterThan(0);
  });

  it('says what is not there', async () => {
    expect(await get('/api/v1/nodes/none')).toMatchObject({ reason: 'NotFound', code: 404 });
  });
});
