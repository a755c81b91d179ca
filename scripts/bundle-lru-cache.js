// Part of the build: the cache of `lru-cache`. The package is 3.3 MB, most of it other builds of the same 60 KB.
import { bundleWithPackages } from './bundle-with-packages.js';

await bundleWithPackages('lru-cache');
