import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from './icons.js';

/** A panel over the page. The browser keeps the focus in it, closes it by Escape, and gives the focus back. */
export function Drawer({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="drawer"
      aria-labelledby="drawer-title"
      onClose={onClose}
      onMouseDown={(event) => event.target === event.currentTarget && dialog.current?.close()}
    >
      <div class="drawer-inside">
        <header>
          {/* Where reading begins; without it the button that closes would be the first. */}
          <h2 id="drawer-title" tabIndex={-1} autofocus>
            {title}
          </h2>
          <button
            type="button"
            class="button quiet"
            aria-label="Close"
            onClick={() => dialog.current?.close()}
          >
            <Icon name="cross" />
          </button>
        </header>
        <div class="drawer-body">{children}</div>
      </div>
    </dialog>
  );
}
