/** Record what a real cluster did, and play it back as a living API. */
export { CassetteError } from './cassette/cassette-error.ts';
export {
  type BodyRecord,
  CASSETTE_VERSION,
  type CassetteRecord,
  type ChangeRecord,
  type EndRecord,
  type FrameRecord,
  type HeaderRecord,
  type ObjectRecord,
  type RequestRecord,
  type ResponseRecord,
  type StoredBody,
  type StoredHeaders,
  type StoredObject,
} from './cassette/cassette-record.ts';
export { CASSETTE_SCHEMA } from './cassette/cassette-schema.ts';
export { type CassetteHeader, CassetteWriter } from './cassette/cassette-writer.ts';
export { type PlacedRecord, type ReadCassetteOptions, readCassette } from './cassette/read-cassette.ts';
export { mergeCassettes, type TrimOptions, trimCassette } from './edit/copy-cassette.ts';
export { type CassetteDifference, diffCassettes } from './edit/diff-cassettes.ts';
export { type CassetteRow, cassetteRows } from './edit/show-cassette.ts';
export { exchangesFromHar, type Har, harFromCassette } from './import/har.ts';
export { importDump } from './import/import-dump.ts';
export { type ImportOptions, importExchanges, type RawExchange } from './import/import-exchanges.ts';
export { clientKubeconfig } from './record/client-kubeconfig.ts';
export type { Credential, CredentialSource } from './record/credential-plugin.ts';
export { type Recorder, type RecorderOptions, startRecorder } from './record/recorder.ts';
export type { RecordingProgress } from './record/recording.ts';
export { readUpstream, type Upstream } from './record/upstream.ts';
export { type CassetteCheck, type CassetteSummary, checkCassette, type Leftover } from './redaction/check-cassette.ts';
export type { RedactionOptions, RedactionRule } from './redaction/redaction-options.ts';
export { Redactor } from './redaction/redactor.ts';
export type { ReplaySpeed } from './replay/playback.ts';
export { ReplayMismatchError } from './replay/replay-mismatch-error.ts';
export type { MatchMode } from './replay/replay-plan.ts';
export { type RecordedRequest, type Replay, type ReplayOptions, startReplay } from './replay/replay-server.ts';
export type { ComparedRequest, Normaliser } from './replay/request-key.ts';
export type { Snapshot, SnapshotOptions } from './snapshot/snapshot.ts';
export {
  type CassetteMode,
  cassetteName,
  type UseCassetteOptions,
  type UsedCassette,
  useCassette,
} from './suite/use-cassette.ts';
export { type SuiteCassette, type SuiteHooks, useCassettes } from './suite/use-cassettes.ts';
export { type CassetteContext, type CassetteSuite, withCassettes } from './suite/with-cassettes.ts';
