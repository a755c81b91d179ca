import { render } from 'preact';
import { App } from './app.js';
import { connect } from './data/connection.js';
import './styles/index.css';

render(<App />, document.getElementById('page')!);
connect();
