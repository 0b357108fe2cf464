import { call } from '../state/backend.ts';
import { IconButton } from './controls.tsx';
import { countOf } from './format.ts';
import { SearchPick } from './SearchPick.tsx';

const SHOWN = 8;

interface UserPickProps {
  label: string;
  datasetName: string;
  userId: number | null;
  onPick(userId: number): void;
}

/** A user of a dataset: by the id that the source has, or anyone. */
export function UserPick({ label, datasetName, userId, onPick }: UserPickProps) {
  const search = async (text: string) => {
    const { rows } = await call('datasets.users', { name: datasetName, search: text, limit: SHOWN });
    return rows.map((user) => ({ id: String(user.userId), label: `User ${user.externalId}`, note: countOf(user.events, 'event') }));
  };
  return (
    <div className="user-pick">
      <SearchPick
        label={label}
        placeholder="Search by user id"
        source={`users of ${datasetName}`}
        search={search}
        value={userId === null ? '' : `User number ${userId}`}
        onPick={(id) => onPick(Number(id))}
      />
      <IconButton icon="refresh" label={`Random user: ${label}`} onClick={async () => onPick(await randomUser(datasetName))} />
    </div>
  );
}

/** Anyone of the dataset, each as likely. */
export async function randomUser(datasetName: string): Promise<number> {
  const { total } = await call('datasets.users', { name: datasetName, limit: 1 });
  const offset = Math.floor(Math.random() * total);
  const { rows } = await call('datasets.users', { name: datasetName, offset, limit: 1 });
  return rows[0]!.userId;
}
