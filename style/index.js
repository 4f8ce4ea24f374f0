import './base.css';
import './compare.css';
import './nbdime.css';
