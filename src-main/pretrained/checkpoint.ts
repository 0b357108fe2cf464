import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AppError } from '../../src-shared/errors.ts';
import type { LanguageModelShape } from '../model/languageModel/languageModel.ts';
import { FLOAT_TYPES, type FloatType } from '../store/floatParts.ts';
import { openSafetensors, type SafetensorsFile, type StoredTensor } from '../store/safetensorsFile.ts';
import { type ConfigJson, type ModelType, modelType, parseConfig } from './config.ts';
import { isLeftOut, namedTensors, storedName } from './tensorNames.ts';
import { readObject } from './textFiles.ts';

/** Where the numbers of one parameter are. */
export interface ParameterSource {
  readonly parameter: string;
  readonly shape: readonly number[];
  readonly file: SafetensorsFile;
  readonly stored: StoredTensor;
}

/** A language model in a folder of Hugging Face's layout, checked but not read. Close it after use. */
export interface Checkpoint {
  readonly folder: string;
  readonly modelType: ModelType;
  readonly config: ConfigJson;
  readonly shape: LanguageModelShape;
  readonly parameters: readonly ParameterSource[];
  /** Types of the stored weights, most frequent first. */
  readonly types: readonly FloatType[];
  /** Files of weights, by name. */
  readonly weightFiles: readonly string[];
  close(): void;
}

const INDEX = 'model.safetensors.index.json';
const SINGLE = 'model.safetensors';

/**
 * Opens `config.json` and `*.safetensors` (one file, or shards with an index): F32, F16 or BF16. Everything is checked before the first
 * weight is read: the architecture, then that every parameter has a tensor of its shape and no tensor is left over.
 * @throws AppError `file-not-found`, `checkpoint-invalid` naming exactly what is unsupported, missing or left over
 */
export function openCheckpoint(folder: string): Checkpoint {
  requireFolder(folder);
  try {
    const config = readObject(folder, 'config.json');
    const shape = parseConfig(config);
    const files = openFiles(folder, weightFiles(folder));
    try {
      const parameters = findParameters(shape, files);
      const types = typesOf(parameters);
      const close = () => closeAll(files);
      return { folder, modelType: modelType(config), config, shape, parameters, types, weightFiles: files.map(nameOf), close };
    } catch (error) {
      closeAll(files);
      throw error;
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `model "${folder}": ${error.message}`, error.details, { cause: error });
  }
}

function requireFolder(folder: string): void {
  if (!existsSync(folder)) throw new AppError('file-not-found', `model "${folder}": there is no such folder`);
  if (!statSync(folder).isDirectory()) {
    throw new AppError('checkpoint-invalid', `model "${folder}": expected a folder with config.json and *.safetensors, got a file`);
  }
}

/** Names of the files with weights: the index's, or the one file. */
function weightFiles(folder: string): string[] {
  if (existsSync(join(folder, INDEX))) return indexedFiles(folder);
  if (existsSync(join(folder, SINGLE))) return [SINGLE];
  const names = readdirSync(folder);
  const single = names.filter((name) => name.endsWith('.safetensors'));
  if (single.length === 1) return single;
  if (single.length > 1) throw new AppError('checkpoint-invalid', `expected ${INDEX} beside ${single.length} .safetensors files, got none`);
  const pickle = names.find((name) => /\.(bin|pt|pth)$/.test(name));
  if (pickle) throw refusePickle(folder, pickle);
  throw new AppError('checkpoint-invalid', `expected ${SINGLE} or ${INDEX}, got neither`);
}

function refusePickle(folder: string, name: string): AppError {
  const convert = `from transformers import AutoModelForCausalLM as M; M.from_pretrained('${folder}').save_pretrained('${folder}')`;
  return new AppError(
    'checkpoint-invalid',
    `${name} is a pickle file, which can run any program when it is opened, so it is not; if you trust it, convert it: python3 -c "${convert}"`,
  );
}

function indexedFiles(folder: string): string[] {
  const map = readObject(folder, INDEX)['weight_map'];
  const names = typeof map === 'object' && map !== null ? [...new Set(Object.values(map))] : [];
  if (names.length === 0) throw new AppError('checkpoint-invalid', `${INDEX}: expected "weight_map" to name files, got none`);
  for (const name of names) {
    if (typeof name === 'string' && basename(name) === name && name.endsWith('.safetensors')) continue;
    throw new AppError('checkpoint-invalid', `${INDEX}: expected names of .safetensors files in this folder, got ${JSON.stringify(name)}`);
  }
  return (names as string[]).sort();
}

function openFiles(folder: string, names: readonly string[]): SafetensorsFile[] {
  const files: SafetensorsFile[] = [];
  try {
    for (const name of names) files.push(openSafetensors(join(folder, name)));
    return files;
  } catch (error) {
    closeAll(files);
    throw error;
  }
}

function closeAll(files: readonly SafetensorsFile[]): void {
  for (const file of files) file.close();
}

const nameOf = (file: SafetensorsFile) => basename(file.path);

function findParameters(shape: LanguageModelShape, files: readonly SafetensorsFile[]): ParameterSource[] {
  const tensors = new Map(files.flatMap((file) => [...file.tensors].map(([name, stored]) => [name, { file, stored }] as const)));
  const used = new Set<string>();
  const parameters = namedTensors(shape).map(({ parameter, tensor, shape }) => {
    const name = storedName(tensor, tensors);
    if (name === null) throw new AppError('checkpoint-invalid', `expected a tensor "${tensor}" [${shape}], got none of that name`);
    used.add(name);
    const { file, stored } = tensors.get(name)!;
    requireTensor(name, stored, shape);
    return { parameter, shape, file, stored };
  });
  const extra = [...tensors.keys()].filter((name) => !used.has(name) && !isLeftOut(name, shape));
  if (extra.length === 0) return parameters;
  const more = extra.length > 1 ? ` (and ${extra.length - 1} more)` : '';
  throw new AppError('checkpoint-invalid', `tensor "${extra[0]}"${more} is not part of the model that config.json describes`);
}

function requireTensor(name: string, { type, shape }: StoredTensor, expected: readonly number[]): void {
  if (!(FLOAT_TYPES as readonly string[]).includes(type)) {
    throw new AppError(
      'checkpoint-invalid',
      `tensor "${name}" of type ${type} is not supported; the supported ones are ${FLOAT_TYPES.join(', ')}`,
    );
  }
  if (shape.length === expected.length && shape.every((length, axis) => length === expected[axis])) return;
  throw new AppError('checkpoint-invalid', `tensor "${name}": expected shape [${expected}] from config.json, got [${shape}]`);
}

function typesOf(parameters: readonly ParameterSource[]): FloatType[] {
  const counts = new Map<FloatType, number>();
  for (const { stored } of parameters) counts.set(stored.type as FloatType, (counts.get(stored.type as FloatType) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([type]) => type);
}
