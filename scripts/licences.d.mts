export interface ShippedPackage {
  name: string;
  version: string;
  licence: string;
  text: string;
}
export function packageOfModule(id: string): string | null;
export function shippedPackages(moduleIds: Iterable<string>): ShippedPackage[];
