// Part of the build: the certificates of the local proxy with the library that writes them.
import { bundleWithPackages } from './bundle-with-packages.js';

await bundleWithPackages('certificates');
