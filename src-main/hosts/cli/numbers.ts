import type { MetricValue } from '../../../src-shared/run.ts';

/** 1234567 -> "1,234,567". */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

/** 1234567 -> "1.23 M": four digits at most, with a prefix. */
export function formatShort(value: number): string {
  const power = Math.min(PREFIXES.length - 1, Math.max(0, Math.floor(Math.log10(Math.abs(value) || 1) / 3)));
  return `${Number((value / 1000 ** power).toPrecision(3))} ${PREFIXES[power]}`.trim();
}

export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(bytes || 1) / 10));
  return `${Number((bytes / 1024 ** power).toPrecision(3))} ${units[power]}`;
}

/** 75 -> "1:15", 3675 -> "1:01:15", 3.21 -> "3.2 s". */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** A value, and its 95 % interval where it has one. */
export function formatMetric({ value, low, high }: MetricValue): string {
  const digits = (x: number) => (Math.abs(x) < 10 ? x.toFixed(4) : Number(x.toPrecision(4)).toString());
  return low === value && high === value ? digits(value) : `${digits(value)} [${digits(low)}, ${digits(high)}]`;
}

export function formatDate(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
}
