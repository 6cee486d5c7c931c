import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { Member, Node, Role } from './node.js';

const { VNodeState } = gossip.MemberInfo;

const stateOf: Readonly<Record<Role, gossip.MemberInfo.VNodeState>> = {
  starting: VNodeState.INITIALIZING,
  electing: VNodeState.UNKNOWN,
  'pre-leader': VNodeState.PRELEADER,
  leader: VNodeState.LEADER,
  follower: VNodeState.FOLLOWER,
  deposed: VNodeState.LEADER,
};

const memberInfo = ({ id, address, role, isAlive }: Member): gossip.MemberInfo => {
  const uuid = new shared.UUID();
  uuid.setString(id);
  const endPoint = new gossip.EndPoint();
  endPoint.setAddress(address.host);
  endPoint.setPort(address.port);
  const info = new gossip.MemberInfo();
  info.setInstanceId(uuid);
  info.setTimeStamp((BigInt(Date.now()) * 10_000n).toString());
  info.setState(stateOf[role]);
  info.setIsAlive(isAlive);
  info.setHttpEndPoint(endPoint);
  return info;
};

/** Gossip: who is in the cluster, for clients that look for its leader. Anybody may ask. */
export const createGossipRead =
  (node: Node) =>
  (_: ServerUnaryCall<shared.Empty, gossip.ClusterInfo>, callback: sendUnaryData<gossip.ClusterInfo>): void => {
    const fault = node.misbehaviour.take('gossip', '');
    if (fault?.kind === 'refuse') {
      callback(fault.refusal);
      return;
    }
    if (fault) return;
    const info = new gossip.ClusterInfo();
    info.setMembersList(node.members().map(memberInfo));
    callback(null, info);
  };
