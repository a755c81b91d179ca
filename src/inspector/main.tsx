import { render } from 'preact';
import { App } from './app.js';
import { connect } from './data/connection.js';
import './styles/index.css';

const page = document.getElementById('page')!;
// What was there to be seen at once makes room.
page.replaceChildren();
render(<App />, page);
connect();
