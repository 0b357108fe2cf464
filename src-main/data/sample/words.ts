/** Words of made-up titles. Each genre has its own, so that a title tells what kind of film it is. */
export interface GenreWords {
  genre: string;
  adjectives: readonly string[];
  nouns: readonly string[];
  /** A genre that often goes with it. */
  companion: string;
}

const words = (text: string): readonly string[] => text.split(' ');
const genre = (name: string, companion: string, adjectives: string, nouns: string): GenreWords => ({
  genre: name,
  companion,
  adjectives: words(adjectives),
  nouns: words(nouns),
});

/** The eighteen genres of MovieLens. */
export const GENRE_WORDS: readonly GenreWords[] = [
  genre(
    'Action',
    'Thriller',
    'Final Iron Rapid Burning Double Lethal Steel Reckless',
    'Strike Bullet Commando Pursuit Explosion Vengeance Fist Convoy',
  ),
  genre(
    'Adventure',
    'Fantasy',
    'Lost Distant Wild Hidden Golden Endless Brave Uncharted',
    'Island Voyage Compass Jungle Summit Treasure Caravan Horizon',
  ),
  genre(
    'Animation',
    'Children',
    'Tiny Merry Bouncing Painted Paper Magic Busy Giggling',
    'Acorn Robot Penguin Balloon Teapot Rabbit Cloud Pencil',
  ),
  genre(
    'Children',
    'Animation',
    'Little Happy Sleepy Curious Sunny Secret Friendly Jolly',
    'Puppy Garden Kitten Schoolhouse Pony Treehouse Duckling Marble',
  ),
  genre(
    'Comedy',
    'Romance',
    'Crazy Awkward Lazy Foolish Lucky Clumsy Cheerful Borrowed',
    'Wedding Uncle Neighbour Holiday Dentist Cousin Landlord Sofa',
  ),
  genre(
    'Crime',
    'Drama',
    'Crooked Stolen Silent Dirty Guilty Blackmailed Marked Wanted',
    'Alibi Heist Detective Ransom Courier Gangster Verdict Ledger',
  ),
  genre(
    'Documentary',
    'War',
    'True Forgotten Real Ordinary Living Measured Northern Vanishing',
    'River Harvest Archive Glacier Factory Village Whale Orchard',
  ),
  genre(
    'Drama',
    'Romance',
    'Broken Quiet Autumn Fragile Faithful Gentle Winter Unspoken',
    'Letters House Daughter Promise Bridge Summer Piano Harbour',
  ),
  genre(
    'Fantasy',
    'Adventure',
    'Enchanted Ancient Silver Whispering Moonlit Cursed Emerald Elven',
    'Dragon Crown Sorcerer Kingdom Sword Forest Amulet Unicorn',
  ),
  genre(
    'Film-Noir',
    'Crime',
    'Shadowed Smoky Bitter Midnight Rainy Doubtful Velvet Jaded',
    'Alley Cigarette Blonde Lamppost Nightclub Revolver Hotel Trenchcoat',
  ),
  genre(
    'Horror',
    'Thriller',
    'Hollow Crimson Rotting Screaming Haunted Pale Buried Unholy',
    'Cellar Lantern Scarecrow Asylum Crypt Mirror Doll Graveyard',
  ),
  genre(
    'Musical',
    'Comedy',
    'Singing Dancing Dazzling Swinging Tapping Glittering Broadway Melodic',
    'Serenade Chorus Encore Cabaret Waltz Ballroom Trumpet Overture',
  ),
  genre(
    'Mystery',
    'Crime',
    'Missing Locked Vanished Unsolved Seventh Masked Veiled Puzzling',
    'Key Manor Witness Cipher Portrait Staircase Inheritance Footprint',
  ),
  genre(
    'Romance',
    'Drama',
    'Tender Loving Parisian Blushing Hopeful Summery Secretive Devoted',
    'Kiss Bouquet Heart Honeymoon Valentine Postcard Cafe Sunset',
  ),
  genre(
    'Sci-Fi',
    'Action',
    'Cosmic Orbital Quantum Stellar Synthetic Galactic Parallel Frozen',
    'Android Planet Starship Signal Colony Nebula Clone Satellite',
  ),
  genre(
    'Thriller',
    'Mystery',
    'Deadly Hunted Perfect Nameless Falling Trapped Sudden Dangerous',
    'Stranger Hostage Conspiracy Deadline Passenger Sniper Tunnel Obsession',
  ),
  genre(
    'War',
    'Drama',
    'Fallen Loyal Scarred Brothers Muddy Valiant Captured Last',
    'Battalion Trench Regiment Medal Soldier Front Airfield Ceasefire',
  ),
  genre(
    'Western',
    'Action',
    'Dusty Lonesome Outlaw Rusty Prairie Saddle Sunburnt Gunsmoke',
    'Canyon Sheriff Stagecoach Saloon Ranch Mustang Railroad Desperado',
  ),
];

export const PRAISE: readonly string[] = [
  'Loved every minute of it',
  'One of the best I have seen in years',
  'I would watch it again tomorrow',
  'Warm, clever and never dull',
  'It stayed with me for days',
];
export const SHRUG: readonly string[] = [
  'Fine for an evening',
  'Has its moments, but drags in the middle',
  'Neither good nor bad',
  'I liked the beginning more than the end',
];
export const BLAME: readonly string[] = [
  'Not for me',
  'I nearly fell asleep',
  'The story makes no sense',
  'A waste of good actors',
  'They called it "unforgettable"; I have forgotten it already',
];
