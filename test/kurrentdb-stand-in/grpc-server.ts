import { Server, ServerCredentials } from '@grpc/grpc-js';
import features from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { createAppend } from './append-service.js';
import { createBatchAppend } from './batch-append-service.js';
import { createDelete, createTombstone } from './delete-service.js';
import { createGossipRead } from './gossip-service.js';
import type { Node } from './node.js';
import { createRead } from './read-service.js';
import { createGetSupportedMethods } from './server-features-service.js';

/** The server's certificate and its key, both in PEM. */
export interface Tls {
  readonly key: string;
  readonly certificate: string;
}

const credentialsOf = (tls: Tls | undefined): ServerCredentials =>
  tls
    ? ServerCredentials.createSsl(null, [
        { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.certificate) },
      ])
    : ServerCredentials.createInsecure();

/** A gRPC server on a free port of its own. */
export interface GrpcServer {
  readonly port: number;
  stop(): void;
}

export const startGrpcServer = async (node: Node, tls?: Tls): Promise<GrpcServer> => {
  const server = new Server({
    'grpc.max_receive_message_length': 16 * 1024 * 1024 - 10_000,
    // The front tells clients of 100.
    'grpc.max_concurrent_streams': 1_000,
  });
  server.addService(streams.StreamsService, {
    append: createAppend(node),
    batchAppend: createBatchAppend(node),
    read: createRead(node),
    delete: createDelete(node),
    tombstone: createTombstone(node),
  });
  server.addService(gossip.GossipService, { read: createGossipRead(node) });
  server.addService(features.ServerFeaturesService, { getSupportedMethods: createGetSupportedMethods(node) });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentialsOf(tls), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return { port, stop: () => server.forceShutdown() };
};
