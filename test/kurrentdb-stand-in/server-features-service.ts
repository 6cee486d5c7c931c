import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type shared from '@eventstore/db-client/generated/shared_pb.js';
import type { Node } from './node.js';

const streamsService = 'event_store.client.streams.streams';

/** What the stand-in can do; persistent subscriptions, projections and users it has none of. */
const methods: readonly (readonly [service: string, method: string, features: readonly string[]])[] = [
  [streamsService, 'append', []],
  [streamsService, 'batchappend', ['deadline_duration']],
  [streamsService, 'read', ['position', 'events']],
  [streamsService, 'delete', []],
  [streamsService, 'tombstone', []],
  ['event_store.client.gossip.gossip', 'read', []],
  ['event_store.client.server_features.serverfeatures', 'getsupportedmethods', []],
];

/** ServerFeatures: the server's version and what it can do. Anybody may ask. */
export const createGetSupportedMethods =
  (node: Node) =>
  (
    _: ServerUnaryCall<shared.Empty, features.SupportedMethods>,
    callback: sendUnaryData<features.SupportedMethods>,
  ): void => {
    const fault = node.misbehaviour.take('features', '');
    if (fault?.kind === 'refuse') {
      callback(fault.refusal);
      return;
    }
    if (fault) return;
    const answer = new features.SupportedMethods();
    answer.setEventStoreServerVersion(node.version);
    answer.setMethodsList(
      methods.map(([service, name, named]) => {
        const method = new features.SupportedMethod();
        method.setServiceName(service);
        method.setMethodName(name);
        method.setFeaturesList([...named]);
        return method;
      }),
    );
    callback(null, answer);
  };
