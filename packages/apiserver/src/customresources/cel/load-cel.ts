/** The evaluator of the Common Expression Language, loaded when the first definition has a rule. */

/** The evaluator and what values of its own types are made of. */
export interface CelModules {
  readonly cel: typeof import('@bufbuild/cel');
  readonly ext: typeof import('@bufbuild/cel/ext');
  readonly protobuf: typeof import('@bufbuild/protobuf');
  readonly reflect: typeof import('@bufbuild/protobuf/reflect');
  readonly wkt: typeof import('@bufbuild/protobuf/wkt');
}

let loaded: CelModules | undefined;

/** Loads it, once per process: it takes longer than starting a cluster. */
export async function loadCel(): Promise<CelModules> {
  if (loaded !== undefined) return loaded;
  const [cel, ext, protobuf, reflect, wkt] = await Promise.all([
    import('@bufbuild/cel'),
    import('@bufbuild/cel/ext'),
    import('@bufbuild/protobuf'),
    import('@bufbuild/protobuf/reflect'),
    import('@bufbuild/protobuf/wkt'),
  ]);
  loaded ??= { cel, ext, protobuf, reflect, wkt };
  return loaded;
}

/** The evaluator once it has been loaded. */
export const loadedCel = (): CelModules | undefined => loaded;
