/** Names and values, one pair per row. `caption` is for screen readers, where no heading stands before the table. */
export function FactsTable({ facts, caption }: { facts: readonly (readonly [string, string])[]; caption?: string }) {
  return (
    <table className="grid-table facts-table">
      {caption && <caption className="visually-hidden">{caption}</caption>}
      <tbody>
        {facts.map(([fact, value]) => (
          <tr key={fact}>
            <th scope="row">{fact}</th>
            <td>
              <code>{value}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
