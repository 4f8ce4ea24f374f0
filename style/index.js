import './base.css';
import './cacheSection.css';
import './liveOutputs.css';
import './compare.css';
import './nbdime.css';
