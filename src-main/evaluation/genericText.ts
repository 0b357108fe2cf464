/**
 * Plain English about this and that, written for this program: what a language model that knows English should go on knowing while it learns
 * about people's timelines. Narration, instruction, dialogue, description, argument and a letter, none of them about films or shops.
 */
export const GENERIC_TEXT = `The ferry left the harbour a few minutes after six, when the lamps along the quay were still lit. Two fishermen stood by the rail and talked about the price of diesel. A girl in a yellow raincoat counted the gulls, lost count, and began again. Behind them the town grew smaller until only the church tower and the chimney of the old brickworks could be told apart from the hills.

To make a simple soup for four people, cut two onions and a leek into thin rings and let them soften in butter over a low flame. Add three potatoes in cubes, a bay leaf and a litre of water. After twenty minutes take out the bay leaf, mash some of the potatoes against the side of the pot, and season with salt and pepper. If it is too thick, pour in a little milk. Serve it with bread, and keep what is left in a cold place for no more than two days.

"You said you would be here at noon," she said without looking up from her book.
"The bridge was closed," he answered. "They are painting it again."
"They painted it last year."
"That was the other side."
She closed the book, put her finger between the pages, and laughed. "Sit down, then. The tea is cold, but there is cake."

A bridge carries its load in one of a few ways. A beam bends, and the material at its lower edge is stretched while the upper edge is pressed together. An arch turns the load into pressure that runs along the curve into the ground on either side. A suspension bridge hangs the road from cables, which pull on towers and on heavy blocks at both ends. Engineers choose between them by the width of the gap, the strength of the ground, the wind, and the money that is at hand.

Winter came late that year. In November the roses by the station were still in flower, and people walked about without gloves. Then, in one night, the wind turned to the north, the puddles froze, and the first snow covered the roofs. Children who had never seen so much of it ran out before breakfast. By the afternoon there were eleven snowmen in our street, one of them with a real hat.

It is often said that nobody reads long books any more. The libraries tell another story. In our town the number of borrowed novels has risen for five years in a row, and those with more than six hundred pages have risen fastest. Perhaps people who spend the day with short messages want something else in the evening. Perhaps it is only that the new reading room is warm and quiet. Whoever wants to know should ask the readers instead of guessing.

Dear Martin,
thank you for the photographs, which arrived on Tuesday. Your grandmother looked at them for a long time. She says that the garden has changed and that the pear tree ought to be cut back before March. We are all well here. The roof has been repaired, the neighbours have a new dog, and Anna has passed her examination. Please write when you know on which day you will come, so that we can meet you at the station.
With love from all of us.

The moon goes round the earth in a little more than twenty-seven days, and it turns once around itself in the same time. That is why we always see the same side of it. The far side was unknown until a probe flew past and sent back pictures, grey and full of noise, that showed mountains and craters but hardly any of the dark plains that we call seas. Nobody had expected the two halves to be so different.

Before you ride a bicycle that has stood in the cellar for months, check a few things. Press the tyres with your thumb; if they give way, pump them up. Lift the back wheel and turn the pedals: the chain should run without noise. Pull both brakes and try to push the bicycle forward. Look at the lamps. Last of all, tighten whatever rattles. It takes ten minutes and may save you a long walk home.

The committee met at eight and talked until midnight. Some wanted a larger school, others a smaller one closer to the village, and one member asked whether the old building might not be good enough for another ten years. In the end they agreed to count the children first. It was the only motion of the evening that was carried without a single vote against it.
`;
