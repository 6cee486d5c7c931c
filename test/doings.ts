import type { Doing } from './any-doing.js';
import { careDoing, isCare } from './care-doings.js';
import type { Input, Mutation, Outcome, Rapport } from './client.js';
import { clockDoing, isOfClocks } from './clock-doings.js';
import { dateOf, one } from './doing-parts.js';
import { ruleDoing } from './rule-doings.js';
import { tieDoing } from './tie-doings.js';

/** Does it by the API, if there is something to do it to; what is refused is as good as done. */
export const doing = (rapport: Rapport): ((doing: Doing) => Promise<void>) => {
  const people = new Map<number, string>();
  const interactions: string[] = [];
  const colleagues: string[] = [];
  const goals: string[] = [];
  const answers: { readonly stakeholderId: string; readonly factId: string }[] = [];
  let team: string | null = null;
  let guidelineId: string | null = null;
  const facts: { readonly stakeholderId: string; readonly factId: string }[] = [];
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

  const aboutCare = careDoing({ ask, decide, interactions, facts });
  const aboutRules = ruleDoing(rapport);
  const aboutTies = tieDoing(rapport, { ask, people, colleagues, interactions });

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
        return decide('takeStep', each.who, {
          ...{ step: each.step, occurredAt: dateOf(each.day) },
          interactionId: each.of === null ? null : (one(interactions, each.of) ?? null),
        });
      case 'takeBack': {
        const fact = one(facts, each.which);
        return fact === undefined ? null : ask('retractRelationshipFact', { ...fact, reason });
      }
      case 'assessDisclosure':
        return amend('assessDisclosure', each.which, { status: each.status });
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
      case 'unacknowledge':
        return guidelineId === null
          ? null
          : ours('retractAcknowledgement', each.which, { guidelineId, version: each.version, reason });
      case 'rename':
        return decide('renameStakeholder', each.who, { name: each.name });
      case 'addHandle':
      case 'removeHandle':
        return decide(each.does, each.who, {
          handle: handleOf(each.address),
          ...(each.at === null ? {} : { [each.does === 'addHandle' ? 'from' : 'until']: dateOf(each.at) }),
        });
      case 'retire':
        return decide('retireStakeholder', each.who, { reason });
      case 'merge':
      case 'unmerge':
      case 'tellApart': {
        const [survivorId, mergedId] = [people.get(each.who), people.get(each.other)];
        if (survivorId === undefined || mergedId === undefined) return null;
        if (each.does === 'tellApart')
          return ask('tellApart', { stakeholderId: survivorId, otherId: mergedId, reason });
        return ask(each.does === 'merge' ? 'mergeStakeholders' : 'unmergeStakeholder', {
          survivorId,
          mergedId,
          reason,
        });
      }
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
      case 'answer': {
        const { survey, score } = each;
        const stakeholderId = people.get(each.who);
        if (stakeholderId === undefined) return null;
        const asked = { stakeholderId, survey, score, occurredAt: dateOf(each.day) };
        const answer = await ask('recordSurveyAnswer', asked);
        if (answer !== null) answers.push({ stakeholderId, factId: answer.factId });
        return answer;
      }
      case 'retractAnswer': {
        const answer = one(answers, each.which);
        return answer === undefined ? null : ask('retractSurveyAnswer', { ...answer, reason });
      }
      case 'setGoal': {
        const ownerId = one(colleagues, each.which);
        if (ownerId === undefined) return null;
        // As long as the ten years up to today: what happened in 2020 is in its baseline.
        const period = { from: `${each.year}-01-01T00:00:00Z`, until: `${each.year + 10}-01-01T00:00:00Z` };
        // The same cohort without one who answers for them, or with.
        const { cohort } = each.measure;
        const over = cohort === undefined || each.which % 2 === 0 ? {} : { cohort: { ...cohort, ownerId } };
        const set = await ask('setGoal', { ...each.measure, ...over, target: 1, ownerId, ...period, reason });
        if (set !== null) goals.push(set.goal.id);
        return set;
      }
      case 'reviseGoal': {
        const goalId = one(goals, each.which);
        const ownerId = each.owner === null ? undefined : one(colleagues, each.owner);
        if (goalId === undefined) return null;
        return ask('reviseGoal', {
          goalId,
          target: each.target,
          reason,
          ...(ownerId === undefined ? {} : { ownerId }),
        });
      }
      case 'dropGoal': {
        const goalId = one(goals, each.which);
        return goalId === undefined ? null : ask('dropGoal', { goalId, reason });
      }
      case 'rule':
        return aboutRules(each);
      default:
        if (isCare(each)) return aboutCare(each);
        return isOfClocks(each) ? clockDoing(each, team, ask) : aboutTies(each);
    }
  };
  return async (each) => {
    await outcomeOf(each);
  };
};
