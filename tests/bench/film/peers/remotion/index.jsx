// index.jsx - makes the video with Remotion: a picture scaled by CSS, its transitions package for the cross-fades.
import {AbsoluteFill, Audio, Composition, Img, registerRoot, staticFile, useCurrentFrame} from 'remotion';
import {TransitionSeries, linearTiming} from '@remotion/transitions';
import {fade} from '@remotion/transitions/fade';

const FADE = 24;

const frames_of = (scene) => Math.ceil(scene.seconds * 30 - 1e-6);

const Scene = ({scene, index}) => {
  const share = useCurrentFrame() / frames_of(scene);
  const scale = index % 2 ? 1.17 - 0.17 * share : 1 + 0.17 * share;
  return (
    <AbsoluteFill style={{overflow: 'hidden', background: 'black'}}>
      <Img src={staticFile(scene.image)} style={{width: '100%', height: '100%', objectFit: 'cover',
        transform: `scale(${scale})`, transformOrigin: '50% 40%'}} />
      {scene.caption && (
        <AbsoluteFill style={{justifyContent: 'flex-end', alignItems: 'center', paddingBottom: 70}}>
          <div style={{font: '52px "Noto Sans"', color: 'white', background: 'rgba(0,0,0,.55)', padding: 18}}>{scene.caption}</div>
        </AbsoluteFill>
      )}
    </AbsoluteFill>
  );
};

const Film = ({scenes, sound}) => (
  <AbsoluteFill>
    <TransitionSeries>
      {scenes.flatMap((scene, i) => [
        i > 0 && <TransitionSeries.Transition key={`fade${i}`} presentation={fade()} timing={linearTiming({durationInFrames: FADE})} />,
        <TransitionSeries.Sequence key={i} durationInFrames={frames_of(scene)}><Scene scene={scene} index={i} /></TransitionSeries.Sequence>,
      ])}
    </TransitionSeries>
    {sound && <Audio src={staticFile(sound)} />}
  </AbsoluteFill>
);

const length = ({props}) => ({
  durationInFrames: props.scenes.reduce((sum, scene) => sum + frames_of(scene), 0) - FADE * (props.scenes.length - 1),
});

registerRoot(() => (
  <Composition id="film" component={Film} width={1920} height={1080} fps={30} durationInFrames={1}
    calculateMetadata={length} defaultProps={{scenes: [], sound: ''}} />
));
