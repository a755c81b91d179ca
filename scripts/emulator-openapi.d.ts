/** The OpenAPI document of the routes under /_emulator, as it should be. */
export function openApi(): object;
