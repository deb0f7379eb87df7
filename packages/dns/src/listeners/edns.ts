/** The EDNS record of a response, made from the one of the query. */
import { EDNS_OPTION, type Edns } from '../codec/message.ts';

/** The version of EDNS spoken here. */
const EDNS_VERSION = 0;
/** What is left of the flags of the query: DO and its neighbours. */
const ECHOED_FLAGS = 0xff00;
const ECHOED_OPTIONS: ReadonlySet<number> = new Set(Object.values(EDNS_OPTION));

/** Whether the query speaks a version that the server does not. */
export const isForeignVersion = (edns: Edns | undefined): boolean =>
  edns !== undefined && edns.version !== EDNS_VERSION;

/** Echoes size, DO and the options that CoreDNS knows (a client's cookie among them); drops the others. */
export const ednsReply = ({ udpSize, flags, options }: Edns): Edns => ({
  udpSize,
  version: EDNS_VERSION,
  extendedRcode: 0,
  flags: flags & ECHOED_FLAGS,
  options: options.filter(({ code }) => ECHOED_OPTIONS.has(code)),
});

/** Says that the version of the query is not spoken here: BADVERS, whose upper bits are the 1. */
export const badVersionReply: Edns = {
  udpSize: 0,
  version: EDNS_VERSION,
  extendedRcode: 1,
  flags: 0,
  options: [],
};
