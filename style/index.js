import './base.css';
import './cacheSection.css';
import './liveOutputs.css';
import './cellMarks.css';
import './parameters.css';
import './compare.css';
import './nbdime.css';
import './elsewhere.css';
