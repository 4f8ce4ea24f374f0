import './base.css';
import './liveOutputs.css';
import './compare.css';
import './nbdime.css';
import './elsewhere.css';
