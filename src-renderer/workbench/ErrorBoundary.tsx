import { Component, type ReactNode } from 'react';
import { ErrorNote } from '../widgets/controls.tsx';

/** Keeps a failure inside the view it happened in, and says what it was. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div className="padded">
        <ErrorNote message={`This view failed: ${error.message}`} onRetry={() => this.setState({ error: null })} />
      </div>
    );
  }
}
