import { useEffect } from 'preact/hooks';
import { Deliveries } from './deliveries/deliveries.js';
import { BeWorker } from './drawers/be-worker.js';
import { FaultsDrawer } from './drawers/faults.js';
import { NewTask } from './drawers/new-task.js';
import { Floor } from './floor/floor.js';
import { Header } from './header.js';
import { route, type View } from './route.js';
import { Tasks } from './tasks/tasks.js';
import { lastFour } from './text.js';
import { Workflows } from './workflows/workflows.js';

const TITLES: Readonly<Record<View, string>> = {
  floor: 'Floor',
  tasks: 'Tasks',
  deliveries: 'Deliveries',
  workflows: 'Workflows',
};

export function App() {
  const { view, id, params } = route.value;
  useEffect(() => {
    document.title = `${id === undefined ? TITLES[view] : `${TITLES[view]} …${lastFour(id)}`} · TaskRouter`;
  }, [view, id]);
  const be = params.get('be');
  return (
    <>
      <button type="button" class="skip" onClick={toMain}>
        Skip to the content
      </button>
      <Header />
      <main id="main" tabIndex={-1} class={`view-${view}`}>
        {view === 'floor' ? <Floor /> : null}
        {view === 'tasks' ? <Tasks /> : null}
        {view === 'deliveries' ? <Deliveries /> : null}
        {view === 'workflows' ? <Workflows /> : null}
      </main>
      {params.has('new') ? <NewTask /> : null}
      {be === null ? null : <BeWorker key={be} sid={be} />}
      {params.has('faults') ? <FaultsDrawer /> : null}
    </>
  );
}

/** The part after `#` is the route here: what would be a link elsewhere moves the focus itself. */
const toMain = () => document.getElementById('main')?.focus();
