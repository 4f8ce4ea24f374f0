import './base.css';
import './liveOutputs.css';
