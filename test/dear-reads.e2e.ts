import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestService, startTestService } from './service.js';

const curve = 'conversionCurve { medianDays';

describe('what reads far more than it shows', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({ env: { RAPPORT_COST_MAX: '99' } });
  });
  afterAll(() => service.stop());

  it.each([
    ['attribution', '{ attribution { conversions } }', 100],
    ['the curve', `{ ${curve} } }`, 100],
    ['a log-rank test', `{ ${curve} logRank(against: { channels: [BLOG] }) { pValue } } }`, 200],
    ['the rates', '{ conversionRates { conversionRate } }', 100],
    ['the prism', '{ conversationPrism { definition } }', 100],
    ["Boyd's index", '{ conversationShare { boydDefinition } }', 100],
    ['the five-part index', '{ conversationIndex { boydIndex } }', 100],
    ['what is disclosed', '{ disclosureCounts { count } }', 104],
    ['response clocks', '{ responseClocks { definition } }', 100],
    ['the clocks that run', '{ openClocks(first: 1) { totalCount } }', 100],
    ['a ranking', '{ topicInfluence(topic: "x") { ranking { definition } } }', 101],
    ['the magic middle', '{ topicInfluence(topic: "x") { magicMiddle { definition } } }', 101],
    ['discoveries', '{ topicInfluence(topic: "x") { discoveries { totalCount } } }', 101],
    ['suggestions', '{ mergeSuggestions { totalCount } }', 100],
  ])('costs as much as a hundred objects: %s', async (_what, document, actual) => {
    const { errors } = await service.graphql(document);
    expect(errors?.[0]?.extensions).toEqual({ code: 'LIMIT_EXCEEDED', limit: 'cost', allowed: 99, actual });
  });

  it('is not all that is asked for', async () =>
    expect((await service.graphql('{ stakeholders(first: 10) { nodes { name } } }')).errors).toBeUndefined());
});
