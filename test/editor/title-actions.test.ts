import assert from 'node:assert/strict';
import packageJson from '../../package.json' with { type: 'json' };

describe("the actions in a review's title", () => {
  const inTitle = packageJson.contributes.menus['editor/title'].filter(({ command }) =>
    /^promptforge\.(approve|reject|cancel)(Promotion|Release|OwnersChange)$/.test(command),
  );

  it('match a promotion, a release or a change of owners, each only when permitted', () => {
    for (const [of, context] of [
      ['Promotion', 'review'],
      ['Release', 'releaseReview'],
      ['OwnersChange', 'ownersReview'],
    ])
      for (const action of ['approve', 'reject', 'cancel'])
        assert.ok(
          inTitle.some(
            ({ command, when }) =>
              command === `promptforge.${action}${of}` && when === `promptforge.${context} =~ /:${action}:/`,
          ),
          `${action} ${of}`,
        );
  });

  it('are next to each other, before the arrows of VS Code', () => {
    const places = inTitle.filter(({ group }) => group.startsWith('navigation'));
    assert.equal(places.length, 6);
    for (const { group } of places) assert.match(group, /^navigation@-(9|10)$/);
  });
});
