import { type Doing, dateOf } from './any-doing.js';
import type { Input, Mutation, Outcome, Rapport } from './client.js';

/** Does it by the API, if there is something to do it to; what is refused is as good as done. */
export const doing = (rapport: Rapport): ((doing: Doing) => Promise<void>) => {
  const people = new Map<number, string>();
  const interactions: string[] = [];
  const colleagues: string[] = [];
  let team: string | null = null;
  let guidelineId: string | null = null;
  const facts: { readonly stakeholderId: string; readonly factId: string }[] = [];
  const connections: { readonly stakeholderId: string; readonly connectionId: string }[] = [];
  const outreaches: { readonly stakeholderId: string; readonly outreachId: string }[] = [];
  const commitments: { readonly stakeholderId: string; readonly commitmentId: string }[] = [];
  const one = <T>(of: readonly T[], index: number): T | undefined =>
    of.length === 0 ? undefined : of[index % of.length];
  const handleOf = (address: number): Input => ({ channel: 'EMAIL', address: `b${address}@example.org` });
  const participant = (number: number): Input => {
    const stakeholderId = people.get(number);
    return stakeholderId === undefined
      ? { externalId: { system: 'crm', id: String(number) }, name: `Number ${number}` }
      : { stakeholderId };
  };
  const reason = 'a reason';

  const ask = async (mutation: Mutation, input: Input): Promise<Outcome | null> => {
    const outcome = await rapport.mutate(mutation, input);
    return 'position' in outcome ? outcome : null;
  };
  const decide = async (mutation: Mutation, number: number, input: Input): Promise<Outcome | null> => {
    const stakeholderId = people.get(number);
    if (stakeholderId === undefined) return null;
    const outcome = await ask(mutation, { stakeholderId, ...input });
    if (outcome !== null && 'factId' in outcome) facts.push({ stakeholderId, factId: outcome.factId });
    return outcome;
  };
  const amend = async (mutation: Mutation, index: number, input: Input): Promise<Outcome | null> => {
    const interactionId = one(interactions, index);
    return interactionId === undefined ? null : ask(mutation, { interactionId, reason, ...input });
  };

  const ours = async (mutation: Mutation, index: number, input: Input): Promise<Outcome | null> => {
    const colleagueId = one(colleagues, index);
    return colleagueId === undefined ? null : ask(mutation, { colleagueId, ...input });
  };

  const outcomeOf = async (each: Doing): Promise<Outcome | null> => {
    switch (each.does) {
      case 'record': {
        const answered = each.replyTo === null ? undefined : one(interactions, each.replyTo);
        const outcome = await ask('recordInteraction', {
          ...each.said,
          occurredAt: dateOf(each.day),
          with: each.who.map(participant),
          ...(answered === undefined ? {} : { inReplyTo: { interactionId: answered } }),
        });
        if (outcome === null) return null;
        interactions.push(outcome.interaction.id);
        for (const [index, number] of each.who.entries())
          people.set(number, outcome.interaction.participants[index]?.stakeholder.id ?? '');
        return outcome;
      }
      case 'correct':
        return amend('correctInteraction', each.which, {
          ...each.changes,
          ...(each.who === null ? {} : { with: each.who.map(participant) }),
        });
      case 'retract':
        return amend('retractInteraction', each.which, {});
      case 'assessTone':
        return amend('assessTone', each.which, { tone: each.tone });
      case 'assessStance':
        return decide('assessStance', each.who, { stance: each.stance, occurredAt: dateOf(each.day), reason });
      case 'withdraw':
        return decide('withdrawStance', each.who, { occurredAt: dateOf(each.day), reason });
      case 'step':
        return decide('takeStep', each.who, { step: each.step, occurredAt: dateOf(each.day) });
      case 'takeBack': {
        const fact = one(facts, each.which);
        return fact === undefined ? null : ask('retractRelationshipFact', { ...fact, reason });
      }
      case 'promise': {
        const dates = { occurredAt: dateOf(each.day), dueAt: dateOf(each.day + each.days) };
        const made = await decide('makeCommitment', each.who, { promise: 'A fix', ...dates });
        if (made !== null) commitments.push({ stakeholderId: made.stakeholder.id, commitmentId: made.factId });
        return made;
      }
      case 'settle': {
        const commitment = one(commitments, each.which);
        if (commitment === undefined) return null;
        const settled = await ask(each.kept ? 'keepCommitment' : 'breakCommitment', {
          ...commitment,
          occurredAt: dateOf(each.day),
        });
        if (settled !== null) facts.push({ stakeholderId: commitment.stakeholderId, factId: settled.factId });
        return settled;
      }
      case 'connect': {
        const until = each.days === null ? {} : { until: dateOf(each.day + each.days) };
        const asked = { kind: each.day % 2 === 0 ? 'PAID' : 'FAMILY', occurredAt: dateOf(each.day), ...until };
        const connected = await decide('recordConnection', each.who, asked);
        if (connected !== null)
          connections.push({ stakeholderId: connected.stakeholder.id, connectionId: connected.factId });
        return connected;
      }
      case 'disconnect': {
        const connection = one(connections, each.which);
        if (connection === undefined) return null;
        const ended = await ask('endConnection', { ...connection, occurredAt: dateOf(each.day) });
        if (ended !== null) facts.push({ stakeholderId: connection.stakeholderId, factId: ended.factId });
        return ended;
      }
      case 'assessDisclosure':
        return amend('assessDisclosure', each.which, { status: each.status });
      case 'lifecycle': {
        const from = each.day % 3 === 0 ? { knownFrom: 'shop' } : {};
        const asked = { lifecycle: each.lifecycle, occurredAt: dateOf(each.day), reason, ...from };
        return decide('recordLifecycle', each.who, asked);
      }
      case 'verify':
        return decide('verifyRelationship', each.who, { occurredAt: dateOf(each.day) });
      case 'interval':
        return ask('setVerificationInterval', { tier: each.tier, days: each.days });
      case 'publish': {
        const rules = [{ channel: 'FORUM', text: 'Say who you are.' }];
        const asked = { name: 'Manners', text: each.text, rules, occurredAt: dateOf(each.day), guidelineId };
        const published = await ask('publishGuideline', asked);
        guidelineId ??= published?.guidelineId ?? null;
        return published;
      }
      case 'withdrawGuideline':
        return guidelineId === null
          ? null
          : ask('withdrawGuideline', { guidelineId, occurredAt: dateOf(each.day), reason });
      case 'acknowledge':
        return guidelineId === null
          ? null
          : ours('acknowledgeGuideline', each.which, { guidelineId, occurredAt: dateOf(each.day) });
      case 'forbid':
      case 'permit': {
        const asked = { saidBy: 'they', occurredAt: dateOf(each.day), reason };
        return decide(each.does === 'forbid' ? 'forbidContact' : 'permitContact', each.who, asked);
      }
      case 'plan': {
        const dates = { occurredAt: dateOf(each.day), plannedFor: dateOf(each.day + each.days) };
        const channel = each.days % 2 === 0 ? { channel: 'PHONE' } : {};
        const planned = await decide('planOutreach', each.who, { plan: 'A call', ...dates, ...channel });
        if (planned !== null) outreaches.push({ stakeholderId: planned.stakeholder.id, outreachId: planned.factId });
        return planned;
      }
      case 'reachOut': {
        const outreach = one(outreaches, each.which);
        if (outreach === undefined) return null;
        const interactionId = each.which % 2 === 0 ? one(interactions, each.which) : undefined;
        const came = each.done && interactionId !== undefined ? { interactionId } : {};
        const asked = { ...outreach, ...came, occurredAt: dateOf(each.day) };
        const settled = await ask(each.done ? 'completeOutreach' : 'cancelOutreach', asked);
        if (settled !== null) facts.push({ stakeholderId: outreach.stakeholderId, factId: settled.factId });
        return settled;
      }
      case 'rename':
        return decide('renameStakeholder', each.who, { name: each.name });
      case 'addHandle':
      case 'removeHandle':
        return decide(each.does, each.who, { handle: handleOf(each.address) });
      case 'retire':
        return decide('retireStakeholder', each.who, { reason });
      case 'hire': {
        team ??= (await ask('nameTeam', { name: 'Desk', department: 'press' }))?.team.id ?? null;
        const addresses = [`${each.name}@ours.example`];
        const hired = await ask('addColleague', {
          name: each.name,
          addresses,
          ...(each.inTeam ? { teamId: team } : {}),
        });
        if (hired !== null) colleagues.push(hired.colleague.id);
        return hired;
      }
      case 'changeColleague': {
        const { name, inTeam } = each;
        const addresses = inTeam ? [] : [`${name}@ours.example`];
        return ours('changeColleague', each.which, { name, addresses, teamId: inTeam ? team : null });
      }
      case 'letGo':
        return ours('letColleagueGo', each.which, { reason });
      case 'defineTier':
        return ask('defineTier', { name: 'close', capacity: each.capacity, cadenceDays: each.cadenceDays });
      case 'assign': {
        const ownerId = one(colleagues, each.which);
        const rank = each.which % 2 === 0 ? {} : { rank: { place: each.which, topic: 'doors' } };
        if (ownerId === undefined) return null;
        return decide('assignOwner', each.who, { ownerId, tier: each.tier, occurredAt: dateOf(each.day), ...rank });
      }
      case 'handOver': {
        const toId = one(colleagues, each.which);
        if (toId === undefined) return null;
        return decide('handOver', each.who, { toId, occurredAt: dateOf(each.day), reason });
      }
      case 'release':
        return decide('releaseOwner', each.who, { occurredAt: dateOf(each.day), reason });
    }
  };
  return async (each) => {
    await outcomeOf(each);
  };
};
