interface IconProps {
  name: string;
  className?: string;
  spin?: boolean;
  /** What it says, where nothing beside it does; without one it is decoration. */
  label?: string;
}

/** An icon of VS Code's icon font. */
export function Icon({ name, className = '', spin = false, label }: IconProps) {
  const classes = `codicon codicon-${name} ${spin ? 'codicon-modifier-spin' : ''} ${className}`;
  return label ? <span className={classes} role="img" aria-label={label} /> : <span className={classes} aria-hidden="true" />;
}
