import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dayMs, forgetful, mailOf, noPersonal, projected, rowsOf } from '../../test/small-logs.js';
import { type Decider, type Refusal, isRefusal, streamOf } from '../event-sourcing/decider.js';
import type { RecordedEvent } from '../event-sourcing/event-store.js';
import type { Fact } from '../event-sourcing/fact.js';
import { type Past, present } from '../event-sourcing/past.js';
import type { RowReader } from '../event-sourcing/read-store.js';
import { numbered, recorded } from '../event-sourcing/specification.js';
import { type Content, interaction } from '../interactions/interaction.js';
import { type RelationshipRequest, relationship } from '../relationships/relationship.js';
import { clocksBegun, clocksOfConversation, openClocks } from './clock-answers.js';
import { messageAfter, messageFacts, messageIdOf, messageFactOf } from './clock-messages.js';
import { turnsOpened } from './clock-pages.js';
import { clockRows } from './clock-rows.js';
import { turnsOf } from './clocks-v1.js';
import { countEarly, earlyPage } from './early-pages.js';
import { directory } from '../stakeholders/directory.js';
import { type Message, Replies } from './replies.js';

const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
const id = fc.constantFrom(...ids);
// Few dates, so that much happens at one instant, and replies are often dated before what they answer.
const on = fc.integer({ min: 1, max: 6 });
const content = {
  occurredAt: on.map((day) => new Date(dayMs(day)).toISOString()),
  inReplyTo: fc.option(fc.constantFrom(...ids, 'z'), { freq: 4 }),
  direction: fc.constantFrom('inbound', 'outbound', 'observed'),
  act: fc.constantFrom('comment', 'question', 'call', 'share'),
  channel: fc.constantFrom('email', 'forum'),
} as const;
const anyContent: fc.Arbitrary<Partial<Content>> = fc.record(content);

type Asked =
  | { readonly does: 'record' | 'correct'; readonly id: string; readonly content: Partial<Content> }
  | { readonly does: 'retract'; readonly id: string }
  | {
      readonly does: 'step';
      readonly factId: string;
      readonly on: number;
      readonly in: string | null;
      readonly step: 'acknowledge' | 'engage';
    }
  | { readonly does: 'takeBack'; readonly factId: string };

const factId = fc.constantFrom('p', 'q');
const asked: fc.Arbitrary<readonly Asked[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ does: fc.constant('record' as const), id, content: anyContent }) },
    {
      weight: 3,
      arbitrary: fc.record({
        does: fc.constant('correct' as const),
        id,
        content: fc.record(content, { requiredKeys: [] }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('retract' as const), id }) },
    {
      weight: 2,
      arbitrary: fc.record({
        does: fc.constant('step' as const),
        factId,
        on,
        in: fc.option(id, { freq: 4 }),
        step: fc.constantFrom('acknowledge' as const, 'engage' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('takeBack' as const), factId }) },
  ),
  { minLength: 3, maxLength: 30, size: '+1' },
);

/** The log that comes of asking the deciders; what they refuse is not in it. */
const logOf = (all: readonly Asked[]): readonly RecordedEvent[] => {
  const states = new Map<string, unknown>();
  const log: RecordedEvent[] = [];
  const ask = <S, R, F extends Fact<string, object>>(
    decider: Decider<S, R, F, Refusal>,
    of: string,
    request: R,
  ): void => {
    const stream = streamOf(decider, of);
    const state = (states.get(stream) as S | undefined) ?? decider.initialState;
    const decision = decider.decide(request, state);
    if (isRefusal(decision)) return;
    states.set(stream, decision.reduce(decider.evolve, state));
    for (const fact of decision) log.push(recorded(fact, { stream }));
  };
  const stepOf = (each: Extract<Asked, { does: 'step' }>): RelationshipRequest => ({
    type: 'TakeStep',
    data: {
      ...{
        stakeholderId: 'mia',
        factId: each.factId,
        step: each.step,
        occurredAt: new Date(dayMs(each.on)).toISOString(),
      },
      ...(each.in === null ? {} : { interactionId: each.in }),
    },
  });
  for (const each of all)
    switch (each.does) {
      case 'record': {
        const data = { interactionId: each.id, source: null, sent: 'digest', marks: [], personal: noPersonal };
        ask(interaction, each.id, {
          type: 'RecordInteraction',
          data: { ...data, content: { ...mailOf('mia'), ...each.content } },
        });
        break;
      }
      case 'correct':
        ask(interaction, each.id, { type: 'CorrectInteraction', data: { changes: each.content, personal: {} } });
        break;
      case 'retract':
        ask(interaction, each.id, { type: 'RetractInteraction', data: {} });
        break;
      case 'step':
        ask(relationship, 'mia', stepOf(each));
        break;
      case 'takeBack':
        ask(relationship, 'mia', {
          type: 'RetractRelationshipFact',
          data: { stakeholderId: 'mia', factId: each.factId },
        });
    }
  return numbered(...log);
};

const ever = { from: null, until: null };

/** Everything that is answered about one past. */
const everythingOf = async (rows: RowReader, past: Past): Promise<unknown> => [
  await clocksBegun(rows, { during: ever }, past),
  await clocksBegun(rows, { during: { from: dayMs(2), until: dayMs(5) } }, past),
  await clocksBegun(rows, { during: ever, channels: ['forum'] }, past),
  await openClocks(rows, { during: ever }, past),
  await clocksOfConversation(
    rows,
    Array.from({ length: 40 }, (_, key) => key),
    past,
  ),
  await earlyPage(rows, { during: ever }, past, { order: 'desc', limit: 100 }),
  await countEarly(rows, { during: { from: dayMs(2), until: dayMs(5) }, channels: ['forum'] }, past),
];

/** Which stretches were told, by the ids of what opened and stopped them. */
const toldOf = async (rows: RowReader, log: readonly RecordedEvent[], past: Past): Promise<unknown> => {
  const named = new Map(log.map((event) => [event.ordinal, messageIdOf(messageFactOf(event))]));
  const turns = await turnsOpened(rows, ever, past, 1_000);
  return turns
    .map(({ conversation, opener, stopper, ...turn }) => ({
      ...turn,
      ...{ conversation: named.get(conversation), opener: named.get(opener), stopper: stopper && named.get(stopper) },
    }))
    .sort((a, b) => (`${a.conversation ?? ''} ${a.place}` < `${b.conversation ?? ''} ${b.place}` ? -1 : 1));
};

/** The same from what the messages are in the end, without rows. */
const naively = (log: readonly RecordedEvent[], validAt: number): unknown => {
  const replies = new Replies();
  const concerned = new Set<string>();
  for (const event of log) {
    const name = messageFacts.has(event.type) ? messageIdOf(messageFactOf(event)) : null;
    const message = name === null ? null : messageAfter(replies.get(name), event);
    if (message === null) continue;
    replies.put(message);
    concerned.add(message.id);
  }
  const conversations = new Map<string, ReturnType<Replies['conversationOf']>['placed']>();
  for (const each of concerned) {
    const { placed } = replies.conversationOf(each);
    conversations.set(placed[0]?.id ?? '', placed);
  }
  return [...conversations.values()]
    .flatMap((placed) =>
      turnsOf(placed.filter(({ countsAt }) => countsAt <= validAt)).map((turn, index, all) => ({
        ...{ place: index + 1, openedAt: turn.openedAt, stoppedAt: turn.stoppedAt, early: turn.early },
        ...{ acknowledgedAt: turn.acknowledgedAt, acknowledgedEarly: turn.acknowledgedEarly },
        ...{ channel: turn.opener.channel, speaker: turn.opener.speaker, conversation: all[0]?.opener.id },
        ...{ opener: turn.opener.id, stopper: turn.stopper?.id ?? null },
      })),
    )
    .sort((a, b) => (`${a.conversation ?? ''} ${a.place}` < `${b.conversation ?? ''} ${b.place}` ? -1 : 1));
};

/** Ids of the interactions that are dated before what they answer, from what the messages are in the end. */
const earlyNaively = (log: readonly RecordedEvent[], validAt: number): readonly string[] => {
  const messages = new Map<string, Message>();
  for (const event of log) {
    const name = messageFacts.has(event.type) ? messageIdOf(messageFactOf(event)) : null;
    const message = name === null ? null : messageAfter(messages.get(name), event);
    if (message !== null) messages.set(message.id, message);
  }
  const counts = (each: Message | undefined): each is Message => each?.channel != null && each.part !== 'retracted';
  return [...messages.values()]
    .filter((each) => {
      const answered = messages.get(each.replyTo ?? '');
      return counts(each) && counts(answered) && each.at < answered.at && answered.at <= validAt;
    })
    .map((each) => each.id)
    .sort();
};

const runs = { numRuns: 150 };
const today: Past = { known: present, validAt: dayMs(20) };

describe('the clocks', () => {
  it('are the same whatever the batches', () =>
    fc.assert(
      fc.asyncProperty(asked, fc.integer({ min: 2, max: 7 }), async (all, batch) => {
        const log = logOf(all);
        const once = await projected([clockRows, directory], log);
        for (const size of [1, batch]) {
          const several = await projected([forgetful(clockRows), directory], log, size);
          for (const table of clockRows.tables) expect(await rowsOf(several, table)).toEqual(await rowsOf(once, table));
          await several.close();
        }
        await once.close();
      }),
      runs,
    ));

  it('answer as of a point what they answered when the log ended there', () =>
    fc.assert(
      fc.asyncProperty(asked, fc.nat(40), fc.integer({ min: 0, max: 7 }), async (all, point, validDay) => {
        const log = logOf(all);
        const known = point % (log.length + 1);
        const validAt = dayMs(validDay);
        const whole = await projected([clockRows, directory], log, 4);
        const cut = await projected([clockRows, directory], log.slice(0, known), 3);
        expect(await everythingOf(whole, { known, validAt })).toEqual(
          await everythingOf(cut, { known: present, validAt }),
        );
        await whole.close();
        await cut.close();
      }),
      runs,
    ));

  it('are those of the messages as they are by then, at whatever date they are read', () =>
    fc.assert(
      fc.asyncProperty(asked, fc.integer({ min: 0, max: 7 }), async (all, validDay) => {
        const log = logOf(all);
        const rows = await projected([clockRows, directory], log, 5);
        expect(await toldOf(rows, log, { known: present, validAt: dayMs(validDay) })).toEqual(
          naively(log, dayMs(validDay)),
        );
        await rows.close();
      }),
      runs,
    ));

  it('tell the early replies among the messages as they are by then', () =>
    fc.assert(
      fc.asyncProperty(asked, fc.integer({ min: 0, max: 7 }), async (all, validDay) => {
        const log = logOf(all);
        const rows = await projected([clockRows, directory], log, 3);
        const past = { known: present, validAt: dayMs(validDay) };
        const { entries } = await earlyPage(rows, { during: ever }, past, { order: 'asc', limit: 100 });
        const named = new Map(log.map((event) => [event.ordinal, messageIdOf(messageFactOf(event))]));
        expect(entries.map(({ key }) => named.get(key)).sort()).toEqual(earlyNaively(log, dayMs(validDay)));
        await rows.close();
      }),
      runs,
    ));

  it('do not depend on the order in which it was recorded', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.record({ does: fc.constant('record' as const), id, content: anyContent }), {
          selector: (each) => each.id,
          maxLength: 6,
        }),
        fc.infiniteStream(fc.nat(100)),
        async (all, numbers) => {
          const shuffled = all.map((each) => [numbers.next().value, each] as const).sort(([a], [b]) => a - b);
          const logs = [logOf(all), logOf(shuffled.map(([, each]) => each))];
          const told = await Promise.all(
            logs.map(async (log) => {
              const rows = await projected([clockRows, directory], log, 2);
              return toldOf(rows, log, today).finally(() => rows.close());
            }),
          );
          expect(told[1]).toEqual(told[0]);
        },
      ),
      runs,
    ));
});
