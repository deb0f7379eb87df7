/**
 * How a suite in Jest replays what was recorded of a cluster: each test has a cassette of its own in `cassettes`.
 * `TOWTANK_MODE=record KUBECONFIG=… jest` records anew.
 */
const { useCassettes } = require('towtank');

const { CASSETTES: folder = 'cassettes', KUBECONFIG: upstream } = process.env;

describe('the cluster', () => {
  const cassette = useCassettes({ beforeEach, afterEach }, { folder, upstream });
  const get = async (path) => (await fetch(cassette.url + path)).json();

  test('has a node', async () => {
    const { items } = await get('/api/v1/nodes');
    expect(items.length).toBeGreaterThan(0);
  });

  test('says what is not there', async () => {
    expect(await get('/api/v1/nodes/none')).toMatchObject({ reason: 'NotFound', code: 404 });
  });
});
