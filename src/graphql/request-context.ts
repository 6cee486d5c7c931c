import { Context } from '@nestjs/graphql';
import type { Logger } from 'pino';
import type { Credential } from '../access/credential.js';
import type { Provenance } from '../event-sourcing/provenance.js';

/** What every resolver finds as its GraphQL context. */
export interface RequestContext {
  readonly credential: Credential;
  readonly correlationId: string;
  /** Milliseconds since 1970, when the request (or the subscription) came: the clock is read at the edge. */
  readonly now: number;
  readonly log: Logger;
}

/** The credential of a request: `@Actor() actor: Credential`. */
export const Actor = (): ParameterDecorator => Context('credential');

/** Milliseconds since 1970 when the request came: `@Now() now: number`. */
export const Now = (): ParameterDecorator => Context('now');

/** The part of an event's provenance that comes from the request, never from its input. */
export const provenanceOf = ({
  credential,
  correlationId,
}: Pick<RequestContext, 'credential' | 'correlationId'>): Pick<
  Provenance,
  'actor' | 'actorKind' | 'credential' | 'correlationId'
> => ({
  actor: credential.name,
  actorKind: 'key',
  credential: credential.id,
  correlationId,
});
