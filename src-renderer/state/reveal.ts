import { create } from 'zustand';

/** A place in a file that its editor should show next. */
export interface RevealRequest {
  path: string;
  line: number;
  column: number;
}

const useReveal = create<{ request: RevealRequest | null }>(() => ({ request: null }));

export function requestReveal(request: RevealRequest): void {
  useReveal.setState({ request });
}

/** Hands over the request for this file, once; editors ask when they are ready and whenever one is made. */
export function onReveal(path: string, show: (request: RevealRequest) => void): () => void {
  const take = () => {
    const { request } = useReveal.getState();
    if (request?.path !== path) return;
    useReveal.setState({ request: null });
    show(request);
  };
  take();
  return useReveal.subscribe(take);
}
