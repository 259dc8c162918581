import { filesOf, imageOf, layerOf, layerWith, sha256, type PretendedImage, type PretendedLayer } from './pretend-image.ts';

export interface PretendedBuildRequest {
  readonly context: Buffer;
  readonly dockerfile: string;
  readonly find: (name: string) => PretendedImage | undefined;
}

export interface PretendedBuildResult {
  readonly from: string;
  readonly inputs: string;
  readonly image: PretendedImage | undefined;
  /** Why there is no image. */
  readonly problem: string;
}

/**
 * Carries out a Dockerfile: FROM, ENV, WORKDIR, `COPY . folder`, `COPY --from=image file file`, and `RUN put file`, which writes a digest of the command
 * and of every file that the image has at that moment.
 */
export async function buildPretended({ context, dockerfile, find }: PretendedBuildRequest): Promise<PretendedBuildResult> {
  const given = (await layerOf(context)).files;
  const lines = (given.get(`/${dockerfile}`) ?? '').split('\n').filter((line) => line !== '');
  const inputs = sha256(JSON.stringify([dockerfile, [...given]]));
  const from = lines.find((line) => line.startsWith('FROM '))?.slice('FROM '.length) ?? '';
  const refused = (problem: string): PretendedBuildResult => ({ from, inputs, image: undefined, problem });
  const base = find(from);
  if (base === undefined) return refused(`pull access denied for ${from}`);
  let image = base;
  const add = async (layer: PretendedLayer): Promise<void> => {
    image = await imageOf([...image.layers, layer], image.env, image.folder);
  };
  for (const line of lines) {
    const [word = '', ...rest] = line.split(' ');
    if (word === 'FROM') continue;
    if (word === 'ENV') image = await imageOf(image.layers, [...image.env, rest.join(' ')], image.folder);
    else if (word === 'WORKDIR') image = await imageOf(image.layers, image.env, rest[0]);
    else if (word === 'COPY' && rest[0] === '.') await add(await layerWith(new Map([...given].map(([path, text]) => [`${rest[1]}${path}`, text]))));
    else if (word === 'COPY' && rest[0]?.startsWith('--from=') === true) {
      const source = find(rest[0].slice('--from='.length));
      const text = source === undefined ? undefined : filesOf(source).get(rest[1] ?? '');
      if (text === undefined) return refused(`${line}: file does not exist`);
      await add(await layerWith(new Map([[rest[2] ?? '', text]])));
    } else if (word === 'RUN' && rest[0] === 'put') await add(await layerWith(new Map([[rest[1] ?? '', sha256(JSON.stringify([line, ...filesOf(image)]))]])));
    else return refused(`${line}: not an instruction of the pretended engine`);
  }
  return { from, inputs, image, problem: '' };
}
